import { UsageError } from "../failure.ts";

const INTERRUPT = "\u0003";
const END = "\u0004";

/** The password from `SMPP_PASSWORD`, or from who sits at the terminal. */
export async function findPassword(who: string, inputIsTaken: boolean): Promise<string> {
  const given = process.env["SMPP_PASSWORD"];
  if (given !== undefined) return given;
  if (inputIsTaken || !process.stdin.isTTY) throw new UsageError(`there is no password for ${who}: put it into the variable SMPP_PASSWORD`);
  return prompt(`Password of ${who}: `);
}

/** Reads a line that the terminal does not show. */
function prompt(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stdin.setRawMode(true).setEncoding("utf8").resume();
  stderr.write(question);
  return new Promise((resolve, reject) => {
    let typed = "";
    const end = (settle: () => void): void => {
      stdin.off("data", onData).setRawMode(false).pause();
      stderr.write("\n");
      settle();
    };
    const onData = (keys: string): void => {
      for (const key of keys) {
        if (key === "\r" || key === "\n" || key === END) return end(() => resolve(typed));
        if (key === INTERRUPT) return end(() => reject(new UsageError("no password was given")));
        typed = key === "\u007f" || key === "\b" ? typed.slice(0, -1) : typed + key;
      }
    };
    stdin.on("data", onData);
  });
}
