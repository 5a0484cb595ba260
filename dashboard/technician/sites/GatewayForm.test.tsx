import { CaretakerError, type SiteId } from "@caretaker/protocol";
import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { id, renderInApp } from "../../test-helpers.tsx";
import { GatewayForm } from "./GatewayForm.tsx";

afterEach(cleanup);

const make = {
  id: "twodoors",
  name: "Two doors",
  secrets: ["password", "homeToken"],
  config: {
    properties: {
      address: { type: "string", title: "Address" },
      password: { type: "string", title: "Password" },
      homeToken: { type: "string", title: "Home token" },
    },
    required: ["address", "password"],
  },
};

/** A field with its label and what is said below it. */
const fieldOf = (label: string | RegExp): string =>
  screen.getByLabelText(label).closest(".mantine-InputWrapper-root")?.textContent ?? "";

describe("the form of a gateway", () => {
  it("says at its field which secret the hub wants to be given again", () => {
    const said = "has to be given again";
    const error = new CaretakerError("invalid_input", "Other settings of this gateway change (address).", {
      fields: [{ path: "config.homeToken", message: said }],
    });

    renderInApp(
      <GatewayForm
        siteId={id<SiteId>(1)}
        throughAgent={false}
        make={make}
        action="Replace credentials"
        isBusy={false}
        error={error}
        onConfig={() => {}}
      />,
    );

    expect(fieldOf("Home token")).toContain(said);
    expect(fieldOf(/^Password/)).not.toContain(said);
    expect(screen.getByText(/Other settings of this gateway change/)).toBeTruthy();
  });
});
