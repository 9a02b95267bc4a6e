// What a lane can show of one tag: no more cells than it has pixels. Where segments are narrower
// than a pixel, neighbours become one cell, scored by the surest of them, which is what it plays.
export function cellsOf(scores, starts, total, most) {
  const count = Math.max(1, Math.min(most, scores.length));
  const first = (at) => Math.floor((at * scores.length) / count);
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [first(at), first(at + 1)];
    let best = from;
    for (let other = from + 1; other < to; other += 1) if (scores[other] > scores[best]) best = other;
    return { start: starts[from], end: starts[to] ?? total, best: starts[best], score: scores[best], merged: to - from > 1 };
  });
}
