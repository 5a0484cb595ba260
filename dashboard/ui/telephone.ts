/** The address a phone understands, whatever spaces and brackets were written. */
export function telephone(phone: string): string {
  return `tel:${phone.replace(/[^+\d]/g, "")}`;
}
