import type { Finding, Setting, SettingKind } from '../finding.js';

/**
 * Gives a finding the place of the setting that decides the matter.
 *
 * @param kinds The first that the configuration has is taken.
 * @param settings Of the configuration; none where it is not known.
 */
export function atSetting(
  finding: Finding,
  kinds: readonly SettingKind[],
  settings: readonly Setting[],
): Finding {
  const setting = kinds
    .map((kind) => settings.find((one) => one.kind === kind))
    .find((one) => one !== undefined);
  if (setting === undefined) return finding;
  const { text, place } = setting;
  return { ...finding, place, evidence: `${finding.evidence}; configured: ${text}` };
}
