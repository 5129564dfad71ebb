/**
 * A header's value, or what a rule compares it with, as texts show it. Every text that quotes one
 * asks here: the explanation of a request, the descriptions of rules, the reasons why they do not
 * match.
 * @param _name In lower case.
 * @param value As it was sent, or as the manifest has it.
 */
export function headerText(_name: string, value: string): string {
  return value;
}
