// Characters and the marks on them composed (Unicode's NFC), before the module chooses an alphabet. The native module does that itself, in
// src/text/compose.rs, by the same rules.

/** A character with the marks behind it; vowels and final consonants of Hangul are joined likewise. */
const CLUSTER = /[^\p{M}\u1160-\u11ff][\p{M}\u1160-\u11ff]*|[\p{M}\u1160-\u11ff]+/gu;

/** The cluster composed, unless NFC would take it apart: national tables have such characters. */
function composedCluster(cluster: string): string {
  const form = cluster.normalize("NFC");
  return form.length > cluster.length ? cluster : form;
}

/** The text with its characters composed. */
export function composed(text: string): string {
  return text.normalize("NFC") === text ? text : text.replace(CLUSTER, composedCluster);
}

/** The place in `text` of each of these places of the composed text, which rise. */
export function originalPlaces(text: string, places: readonly number[]): number[] {
  const found: number[] = [];
  let [at, original] = [0, 0];
  for (const [cluster] of text.matchAll(CLUSTER)) {
    const end = at + composedCluster(cluster).length;
    while (found.length < places.length && (places[found.length] as number) < end) found.push(original);
    at = end;
    original += cluster.length;
  }
  return found;
}
