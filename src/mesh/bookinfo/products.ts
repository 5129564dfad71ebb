/** A book that is sold. */
export interface Product {
  id: number;
  title: string;
  /** HTML. */
  descriptionHtml: string;
}

/** What the details service knows of it. */
export interface Details {
  id: number;
  author: string;
  year: number;
  type: string;
  pages: number;
  publisher: string;
  language: string;
  'ISBN-10': string;
  'ISBN-13': string;
}

/** What a version of the reviews service says. */
export interface Reviews {
  id: string;
  podname: string;
  clustername: string;
  reviews: Review[];
}

export interface Review {
  reviewer: string;
  text: string;
  /** v1 has none. */
  rating?: { stars: number; color: string };
}

/** The only book. */
export const PRODUCT: Product = {
  id: 0,
  title: 'The Comedy of Errors',
  descriptionHtml:
    'Two pairs of twins, parted at sea, come to the same town on the same day, and everyone takes everyone for someone else. One of the earliest plays of <b>William Shakespeare</b>.',
};

export const DETAILS: Details = {
  id: 0,
  author: 'William Shakespeare',
  year: 1595,
  type: 'paperback',
  pages: 200,
  publisher: 'PublisherA',
  language: 'English',
  'ISBN-10': '1234567890',
  'ISBN-13': '123-1234567890',
};

export const RATINGS = { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } } as const;

export const REVIEWS = [
  {
    reviewer: 'Reviewer1',
    text: 'A play to laugh out loud at: one mistake leads to the next, and none of them is cleared up too soon.',
  },
  {
    reviewer: 'Reviewer2',
    text: 'Funny from start to end, though it does not have the depth of the later plays.',
  },
] as const;
