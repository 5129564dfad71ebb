import { message, shortName } from './foreign.js';
import { type Content, type Html, html } from './markup.js';

/** A part of the page that the contents lead to. */
export interface Section {
  /** Unique in the page, and of this project's making. */
  id: string;
  title: Content;
  body: Content;
}

/** A section of the page. */
export function sectionElement({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}

/** A part of a section, with a heading. */
export function part(title: Content, body: Content): Html {
  return html`<div class="part">
    <h3>${title}</h3>
    ${body}
  </div>`;
}

/** What is there for who wants to know: folded, and open in print. */
export function folded(summary: Content, body: Content): Html {
  return html`<details>
    <summary>${summary}</summary>
    <div class="folded">${body}</div>
  </details>`;
}

/** Where to find what. */
export function contents(sections: readonly Section[]): Html {
  return html`<nav aria-label="Contents">
    <ol>
      ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ol>
  </nav>`;
}

/** A label and what it says. */
export type Fact = readonly [label: string, text: Content];

/** Facts side by side with what they are; nothing where there are none. */
export function factList(facts: readonly Fact[]): Html | null {
  if (facts.length === 0) return null;
  return html`<dl class="facts">
    ${facts.map(
      ([label, text]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

/** What users say of a run or a call, as facts. */
export function labelFacts(labels: Readonly<Record<string, string>>): Fact[] {
  return Object.entries(labels).map(([label, value]) => [
    `label ${shortName(label)}`,
    message(value),
  ]);
}

/** Sentences, each for itself; nothing where there are none. */
export function sentenceList(sentences: readonly Content[]): Html | null {
  if (sentences.length === 0) return null;
  return html`<ul class="sentences">
    ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`;
}
