import { AttributeValue, AvailabilityValue, type StateChange } from "./model.ts";

const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
const isNumber = (value: unknown): boolean => value === undefined || Number.isFinite(value);

/** Whether this is a change as `StateChange` says; by hand, because thousands of them come in a second. */
export function isStateChange(value: unknown): value is StateChange {
  if (typeof value !== "object" || value === null) return false;
  const { key, place, state, available, attributes, removedAttributes, since, at } = value as Record<string, unknown>;
  return (
    typeof key === "string" &&
    (place === undefined || (Number.isInteger(place) && (place as number) >= 0)) &&
    isText(state) &&
    (available === undefined || AvailabilityValue.options.includes(available as AvailabilityValue)) &&
    (attributes === undefined || isAttributes(attributes)) &&
    (removedAttributes === undefined || (Array.isArray(removedAttributes) && removedAttributes.every(isText))) &&
    isNumber(since) &&
    isNumber(at)
  );
}

function isAttributes(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => {
    const kind = typeof each;
    return kind === "string" || kind === "number" || kind === "boolean" || AttributeValue.safeParse(each).success;
  });
}
