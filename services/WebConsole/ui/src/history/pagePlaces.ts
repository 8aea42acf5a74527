// Of an endless list only some pages are held: those far above are let go, and asked for again when somebody scrolls back.

/** So many pages are held at most. */
export const mostPages = 10;

interface Page {
  calls: readonly unknown[];
  nextPageToken: string;
}

/** Where each page stands that was ever held, by the token that it is asked for with; that of the first one is empty. */
export class PagePlaces {
  readonly #places = new Map<string, { before?: string; offset: number }>([['', { offset: 0 }]]);

  /** Learns from the pages that are held, each with its token, where those behind them stand. */
  learn(pages: readonly Page[], tokens: readonly string[]): void {
    pages.forEach((page, i) => {
      const token = tokens[i] ?? '';
      if (page.nextPageToken !== '') this.#places.set(page.nextPageToken, { before: token, offset: this.offsetOf(token) + page.calls.length });
    });
  }

  /** The token of the page before; undefined before the first one. */
  before(token: string): string | undefined {
    return this.#places.get(token)?.before;
  }

  /** How many calls stand before a page. */
  offsetOf(token: string): number {
    return this.#places.get(token)?.offset ?? 0;
  }
}
