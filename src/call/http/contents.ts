import type { RawAnswer } from '../answer.js';
import type { AnswerContents, ReadText } from '../answer-contents.js';
import { JsonScan } from '../identity/json-scan.js';
import type { HttpAnswers } from './answers.js';
import { bodyText, decompressedBody, plainBody } from './body.js';

/** What can be looked into in the answers of an HTTP request: its body is the message. */
export function httpContents({ mayBeCompressed }: HttpAnswers): AnswerContents {
  const bodyOf = mayBeCompressed ? decompressedBody : plainBody;
  const text = (answer: RawAnswer): string | undefined => {
    const body = bodyOf(answer);
    return body === undefined ? undefined : bodyText(answer, body);
  };
  const json = (path: readonly string[]): ReadText => {
    const scan = new JsonScan(path);
    if (!mayBeCompressed) {
      return ({ buffer, messageStart, messageEnd }) =>
        scan.valueIn(buffer, messageStart, messageEnd);
    }
    return (answer) => {
      const body = bodyOf(answer);
      return body === undefined ? undefined : scan.valueIn(body, 0, body.length);
    };
  };
  return {
    // A redirect is seldom the service's own, so that what is absent in it says nothing.
    isSuccess: (status) => status >= 200 && status < 300,
    shown: text,
    text,
    field: json,
    json,
  };
}
