// CSV as the gateway writes and reads it.

import assert from "node:assert/strict";
import test from "node:test";
import { csvCells, csvLine } from "../../../js/gateway/model/csv.ts";

test("no text of a cell is a formula to a spreadsheet, and each comes back", () => {
  const written = [
    ["=1+1", "'=1+1"], ["+1+1", "'+1+1"], ["-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"], ["@SUM(A1)", "'@SUM(A1)"], ["＝1+1", "'＝1+1"], [" =1", "' =1"], ["\t=1", "'\t=1"],
    ["\u00a0=1", "'\u00a0=1"], ["=1,\"2\"", "\"'=1,\"\"2\"\"\""], ["'=1", "''=1"], ["''=1", "'''=1"],
    ["+447700900001", "+447700900001"], ["-1.5", "-1.5"], ["'n", "'n"], ["a=1", "a=1"], ["a,b", '"a,b"'], ["", ""],
  ];
  for (const [text, cell] of written) assert.deepEqual([csvLine([text]), csvCells(cell)], [`${cell}\n`, [text]], text);
  assert.equal(csvLine(["\r=2+2", "\n=3", "a\rb"]), "\"'\r=2+2\",\"'\n=3\",\"a\rb\"\n");
  assert.equal(csvLine([undefined, null, 0, -1, true]), ",,0,-1,true\n");
  const all = written.map(([text]) => text);
  assert.deepEqual(csvCells(csvLine(all).trimEnd()), all);
});

test("a number with the apostrophe of a spreadsheet is read", () => assert.deepEqual(csvCells("'+447700900001,all"), ["+447700900001", "all"]));
