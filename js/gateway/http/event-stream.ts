/**
 * Joins streams of events without cutting one in two. A stream that breaks off ends the whole: the reader comes back and
 * gets all links again. Reads no further than the reader does, and lets go of all links when the reader goes, as `signal` shows.
 */
export function joinEvents(streams: ReadableStream<Uint8Array>[], signal: AbortSignal): ReadableStream<Uint8Array> {
  const readers = streams.map((stream) => stream.getReader());
  const release = () => {
    for (const reader of readers) reader.cancel().catch(() => {});
  };
  // Without it nobody would notice before the next event that the reader is gone.
  signal.addEventListener("abort", release, { once: true });
  let wanted = () => {};
  let want = new Promise<void>((resolve) => (wanted = resolve));
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      const end = () => {
        try {
          controller.close();
        } catch { /* it is cancelled */ }
        release();
      };
      const put = async (octets: Uint8Array) => {
        while ((controller.desiredSize ?? 0) <= 0) await want;
        controller.enqueue(octets);
      };
      for (const reader of readers) forward(reader, put).then(end, end);
    },
    pull: () => {
      wanted();
      want = new Promise<void>((resolve) => (wanted = resolve));
    },
    cancel: release,
  });
}

async function forward(reader: ReadableStreamDefaultReader<Uint8Array>, put: (octets: Uint8Array) => Promise<void>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const end = rest.lastIndexOf("\n\n") + 2;
    if (end < 2) continue;
    await put(encoder.encode(rest.slice(0, end)));
    rest = rest.slice(end);
  }
}

const encoder = new TextEncoder();
