import { InputError } from '../input-error.js';

/** Weights of destinations, as settings have them: `v1=60,v2=40` or `{ v1: 60, v2: 40 }`. */
export type GivenWeights = string | Readonly<Record<string, number>>;

/** A destination's number in its split. */
export interface NamedWeight {
  name: string;
  weight: number;
}

/**
 * Reads weights.
 *
 * @param flag The option they stand in, for the message.
 * @throws InputError unless every weight is a number that is not negative and one is positive.
 */
export function parseWeights(given: GivenWeights, flag = '--weights'): NamedWeight[] {
  const weights = typeof given === 'string' ? parseText(given, flag) : parseMap(given, flag);
  if (weights.every(({ weight }) => weight === 0)) {
    const shown = typeof given === 'string' ? `"${given}"` : 'it';
    throw new InputError(`${shown} has no weight above zero`, { path: flag });
  }
  return weights;
}

function parseText(text: string, flag: string): NamedWeight[] {
  const weights = text.split(',').map((part) => {
    const match = /^\s*([^=\s]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part);
    if (match === null) throw new InputError(wrongWeight(part), { path: flag });
    return { name: match[1] ?? '', weight: Number(match[2]) };
  });
  const names = weights.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw new InputError(`"${text}" names "${twice}" twice: a destination has one weight`, {
      path: flag,
    });
  }
  return weights;
}

/** What is wrong with one of the weights, and what was likely meant. */
function wrongWeight(part: string): string {
  if (part.trim() === '')
    return 'a comma with nothing on one side: write NAME=WEIGHT, such as v1=60,v2=40';
  const [, name, weight] = /^\s*([^=:\s]+)\s*[=:]\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(part) ?? [];
  const meant = name === undefined ? 'such as v1=60' : `as in ${name}=${weight ?? ''}`;
  return `"${part}" is not NAME=WEIGHT with a weight of 0 or more, ${meant}`;
}

function parseMap(map: Readonly<Record<string, number>>, flag: string): NamedWeight[] {
  return Object.entries(map).map(([name, weight]) => {
    if (name === '') throw new InputError('a weight has no name', { path: flag });
    if (!Number.isFinite(weight) || weight < 0) {
      throw new InputError(`the weight of "${name}" is not a number of 0 or more`, { path: flag });
    }
    return { name, weight };
  });
}

/** Whether what is said of the weights before a change is the path of a run record, which has them. */
export function isRecordPath(previous: GivenWeights | undefined): previous is string {
  return typeof previous === 'string' && previous.endsWith('.json');
}
