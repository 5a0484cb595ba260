/** The time zone this browser is in. */
export const THIS_ZONE: string = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** The browser's own list leaves out `UTC` and older names, although it may be in one of these itself. */
const TIME_ZONES: readonly string[] = [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", THIS_ZONE])].sort();

/** All zones, and one more that a hub may know by a name that this browser does not list. */
export function zonesWith(zone: string): readonly string[] {
  return TIME_ZONES.includes(zone) ? TIME_ZONES : [zone, ...TIME_ZONES];
}

const COUNTRY_CODES =
  "AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IL IN IS IT JP LI LT LU LV MT MX NL NO NZ PL PT RO SE SG SI SK TR UA US ZA AE BR CL CO HK KR MY SA TH TW".split(
    " ",
  );

const names = new Intl.DisplayNames("en", { type: "region" });

/** The countries to choose from, by name. */
export const COUNTRIES: readonly { value: string; label: string }[] = COUNTRY_CODES.map((value) => ({
  value,
  label: names.of(value) ?? value,
})).sort((a, b) => a.label.localeCompare(b.label));

/** A first guess from the browser's language, such as `nl-NL`. */
export function likelyCountry(): string | null {
  const region = new Intl.Locale(navigator.language).maximize().region ?? null;
  return region !== null && COUNTRY_CODES.includes(region) ? region : null;
}
