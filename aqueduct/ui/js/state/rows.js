/** Which rows of a long list are to be drawn. Pure. */

/**
 * @param {readonly number[]} heights of all rows, in pixels
 * @param {number} top how far the list's top is above that of the window
 * @param {number} height of the window
 * @param {number} beyond pixels to draw above and below
 * @returns {{ first: number, last: number, before: number, after: number }} rows from `first` up to `last`, less that one,
 *   and the pixels that the others take
 */
export function visible(heights, top, height, beyond) {
  let offset = 0;
  let first = 0;
  while (first < heights.length && offset + heights[first] < top - beyond) offset += heights[first++];
  const before = offset;
  let last = first;
  while (last < heights.length && offset < top + height + beyond) offset += heights[last++];
  let after = 0;
  for (let row = last; row < heights.length; row++) after += heights[row];
  return { first, last, before, after };
}
