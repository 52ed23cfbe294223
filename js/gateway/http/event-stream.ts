/**
 * Joins streams of events without cutting one in two. A stream that breaks off ends the whole: the reader comes back and
 * gets all links again.
 */
export function joinEvents(streams: ReadableStream<Uint8Array>[]): ReadableStream<Uint8Array> {
  if (streams.length === 1) return streams[0]!;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const readers = streams.map((stream) => stream.getReader());
  const end = () => {
    writer.close().catch(() => {});
    for (const reader of readers) reader.cancel().catch(() => {});
  };
  for (const reader of readers) forward(reader, writer).then(end, end);
  return readable;
}

async function forward(reader: ReadableStreamDefaultReader<Uint8Array>, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const end = rest.lastIndexOf("\n\n") + 2;
    if (end < 2) continue;
    await writer.write(encoder.encode(rest.slice(0, end)));
    rest = rest.slice(end);
  }
}

const encoder = new TextEncoder();
