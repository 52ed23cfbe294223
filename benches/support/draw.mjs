// Draws the picture of benches/README.md: CPU time a message by window, and beside npm `smpp` on each runtime.

const [WIDTH, HEIGHT] = [1010, 430];
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-size: 15px; font-weight: 600 }
  .note { fill: #666; font-size: 12px }
  .axis { stroke: #ccc; stroke-width: 1 }
  .ours { stroke: #0b62c4; fill: #0b62c4 } .many { stroke: #4aa3df; fill: #4aa3df } .npm { stroke: #b3541e; fill: #b3541e } .bare { stroke: #767676; fill: #767676 }
  polyline { fill: none !important; stroke-width: 2.5 } text.ours, text.many, text.npm, text.bare { stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .note { fill: #aaa } .axis { stroke: #444 }
    .ours { stroke: #62a8f5; fill: #62a8f5 } .many { stroke: #9fd3f5; fill: #9fd3f5 } .npm { stroke: #f0935a; fill: #f0935a } .bare { stroke: #9a9a9a; fill: #9a9a9a }
  }`;

/** The SVG of what was saved, as text. */
export function draw({ benches }) {
  const windows = find(benches.send, "CPU µs a message");
  const runtimes = find(benches.runtimes, "CPU µs a message");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="CPU time a message of smpp-edge, npm smpp and bare sockets">
<style>${STYLE}</style>
${curves(windows)}
${bars(runtimes)}
</svg>
`;
}

const find = (tables, title) => tables.find((table) => table.title.includes(title));

/** The median in front of a spread. */
const value = (cell) => Number(/[\d.,]+/.exec(cell)[0].replaceAll(",", ""));
const words = (text) => text.replaceAll("`", "").replaceAll("&", "&amp;");
const round = (number) => number.toFixed(1);

/** Both axes logarithmic. */
function curves({ head, rows }) {
  const [left, right, top, bottom] = [60, 380, 60, 380];
  const [low, high] = [0.1, 100];
  const windows = head.slice(1).map((cell) => value(cell));
  const x = (window) => left + ((right - left) * Math.log10(window)) / Math.log10(windows.at(-1));
  const y = (cost) => bottom - ((bottom - top) * Math.log10(cost / low)) / Math.log10(high / low);
  const grid = [0.1, 1, 10, 100].map((cost) => `<line class="axis" x1="${left}" x2="${right}" y1="${round(y(cost))}" y2="${round(y(cost))}"/><text x="${left - 8}" y="${round(y(cost) + 4)}" text-anchor="end">${cost}</text>`);
  const ticks = windows.map((window) => `<text x="${round(x(window))}" y="${bottom + 20}" text-anchor="middle">${window.toLocaleString("en")}</text>`);
  const lines = rows.map(([name, ...cells]) => {
    const points = cells.map((cell, i) => `${round(x(windows[i]))},${round(y(value(cell)))}`);
    const dash = name.includes("a PDU") ? ' stroke-dasharray="5 4"' : "";
    return `<polyline class="${colour(name)}"${dash} points="${points.join(" ")}"/><text class="${colour(name)}" x="${right + 6}" y="${round(y(value(cells.at(-1))) + 4)}">${words(name)}</text>`;
  });
  return [`<text class="title" x="16" y="26">Sending on Node: CPU µs a message, by window</text>`, ...grid, ...ticks, ...lines].join("\n");
}

/** Ours and npm `smpp`'s, for each runtime, sending and receipts. */
function bars({ head, rows }) {
  const [left, right, top] = [710, 950, 60];
  const cell = (client, column) => value(rows.find(([name]) => name === client)[column]);
  const pairs = [
    ["send", "`sendSms`", "npm `smpp`, sending"],
    ["receipt", "`onReport`", "npm `smpp`, receipts"],
  ];
  const longest = Math.max(...pairs.flatMap(([, ...clients]) => clients.flatMap((client) => head.slice(1).map((_, i) => cell(client, i + 1)))));
  const width = (cost) => ((right - left) * cost) / longest;
  const parts = [`<text class="title" x="610" y="26">By runtime, window 100: CPU µs</text>`];
  head.slice(1).forEach((runtime, i) => {
    pairs.forEach(([what, ours, npm], j) => {
      const y = top + i * 82 + j * 38;
      parts.push(`<text x="${left - 8}" y="${y + 17}" text-anchor="end">${runtime}, ${what}</text>`);
      [[ours, "ours"], [npm, "npm"]].forEach(([client, kind], k) => {
        const cost = cell(client, i + 1);
        parts.push(`<rect class="${kind}" x="${left}" y="${y + k * 14}" width="${round(width(cost))}" height="12"/><text class="note" x="${round(left + width(cost) + 5)}" y="${y + k * 14 + 10}">${cost}</text>`);
      });
    });
  });
  parts.push(`<text class="ours" x="${left}" y="${HEIGHT - 20}">smpp-edge</text><text class="npm" x="${left + 90}" y="${HEIGHT - 20}">npm smpp</text>`);
  return parts.join("\n");
}

function colour(name) {
  if (name.includes("sendSms")) return "ours";
  if (name.includes("sendMany")) return "many";
  return name.includes("npm") ? "npm" : "bare";
}
