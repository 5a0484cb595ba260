import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { renderInApp } from "../test-helpers.tsx";
import { SchemaForm } from "./SchemaForm.tsx";
import { configOf, fieldsOf, initialValues } from "./schema-fields.ts";

const schema = {
  type: "object",
  properties: {
    url: { type: "string", format: "uri", title: "Address" },
    accessToken: { type: "string", description: "From the profile page" },
    port: { type: "integer", minimum: 1, maximum: 65535, default: 8123 },
    useTls: { type: "boolean" },
    mode: { type: "string", enum: ["local", "cloud"] },
    note: { anyOf: [{ type: "string" }, { type: "null" }] },
    pinnedCertificate: { type: "string" },
  },
  required: ["url", "accessToken", "port"],
};
const fields = fieldsOf(schema, ["accessToken"]);

describe("the form of a connector's configuration", () => {
  it("makes the right field for each kind, in the schema's order, and leaves out what is never typed", () => {
    expect(fields.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "url text",
      "accessToken secret",
      "port number",
      "useTls switch",
      "mode choice",
      "note text",
    ]);
  });

  it("requires what the schema requires, except what has a default", () => {
    expect(fields.filter((field) => field.isRequired).map((field) => field.name)).toEqual(["url", "accessToken"]);
  });

  it("sends neither empty fields nor the spaces around a pasted token", () => {
    const values = { ...initialValues(fields), url: "http://ha.local:8123 ", accessToken: " secret\n" };

    expect(configOf(fields, values)).toEqual({
      url: "http://ha.local:8123",
      accessToken: "secret",
      port: 8123,
      useTls: false,
    });
  });

  it("labels every field, hides what is secret, and shows a mistake at its field", () => {
    const handleChange = vi.fn();
    renderInApp(
      <SchemaForm
        fields={fields}
        values={initialValues(fields)}
        onChange={handleChange}
        mistakes={[{ path: "config.url", message: "is not an address" }]}
      />,
    );

    expect(screen.getByLabelText(/Access token/)).toHaveProperty("type", "password");
    expect(screen.getByText("is not an address")).toBeTruthy();
    fireEvent.change(screen.getByLabelText(/Address/), { target: { value: "http://x" } });
    expect(handleChange).toHaveBeenCalledWith(expect.objectContaining({ url: "http://x" }));
  });
});
