import { describe, expect, it } from 'vitest';
import { PagePlaces } from './pagePlaces';

const page = (calls: number, nextPageToken: string) => ({ calls: Array.from({ length: calls }), nextPageToken });

describe('the places of pages', () => {
  it('are known beyond the pages that are held, and lead back to the first one', () => {
    const places = new PagePlaces();
    places.learn([page(200, 'b'), page(150, 'c')], ['', 'b']);
    // The first page was let go.
    places.learn([page(150, 'c'), page(200, 'd')], ['b', 'c']);
    places.learn([page(200, 'd'), page(7, '')], ['c', 'd']);
    expect(['', 'b', 'c', 'd'].map((token) => places.offsetOf(token))).toEqual([0, 200, 350, 550]);
    expect(['', 'b', 'c', 'd'].map((token) => places.before(token))).toEqual([undefined, '', 'b', 'c']);
  });
});
