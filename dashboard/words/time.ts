/** How long, in the two largest words a person would say: `12 min`, `3 h 5 min`, `4 days`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10 && whole % 60 !== 0) return `${minutes} min ${whole % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 10 && minutes % 60 !== 0) return `${hours} h ${minutes % 60} min`;
  if (hours < 48) return `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** An age in one word: `now`, `40 s`, `12 min`, `3 h`, `2 days`. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 10) return "now";
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** Making a formatter costs a hundred times what using it does, and lists use them by the hundred. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(moment: string | number | Date, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  const key = `${timeZone ?? ""} ${Object.entries(options).join(" ")}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-GB", { ...options, ...(timeZone ? { timeZone } : {}) });
    formatters.set(key, formatter);
  }
  return formatter.format(new Date(moment));
}

/** `19:04`, in the given zone or the browser's. */
export function timeOfDay(moment: string | number | Date, timeZone?: string): string {
  return format(moment, { hour: "2-digit", minute: "2-digit" }, timeZone);
}

export function timeWithSeconds(moment: string | number | Date, timeZone?: string): string {
  return format(moment, { hour: "2-digit", minute: "2-digit", second: "2-digit" }, timeZone);
}

/** `Sun 22 Nov, 19:04`, with the year where it is not this one. */
export function dayAndTime(moment: string | number | Date, timeZone?: string): string {
  const isThisYear = new Date(moment).getFullYear() === new Date().getFullYear();
  return format(
    moment,
    {
      weekday: "short",
      day: "numeric",
      month: "short",
      ...(isThisYear ? {} : { year: "numeric" }),
      hour: "2-digit",
      minute: "2-digit",
    },
    timeZone,
  );
}

/** `22 November 2026`. */
export function day(moment: string | number | Date, timeZone?: string): string {
  return format(moment, { day: "numeric", month: "long", year: "numeric" }, timeZone);
}
