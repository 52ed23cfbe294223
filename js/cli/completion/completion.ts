import { commands } from "../commands.ts";
import { parse, type FlagTable } from "../connection/flags.ts";
import { UsageError } from "../failure.ts";
import { bash, fish, zsh, type Completed } from "./scripts.ts";

const HELP = `smpp-edge completion [flags] bash|zsh|fish

Prints a script by which the shell completes the commands of smpp-edge, their
flags, and the values that a flag takes.

  bash    in ~/.bashrc:  source <(smpp-edge completion bash)
  zsh     in ~/.zshrc, after compinit:  source <(smpp-edge completion zsh)
  fish    smpp-edge completion fish > ~/.config/fish/completions/smpp-edge.fish

  --help

Exit codes: 0 done, 2 wrong flags.
`;

export const FLAGS = { help: { type: "boolean", short: "h" } } as const satisfies FlagTable;

const scripts = { bash, zsh, fish };
export const SHELLS = Object.keys(scripts);

/** `smpp-edge completion`. */
export async function completion(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [shell = "", ...more] = positionals;
  if (more.length > 0 || !SHELLS.includes(shell)) throw new UsageError(`${positionals.join(" ") || "no shell"}: expected one of ${SHELLS.join(", ")}`);
  const all: Completed[] = [];
  for (const [name, { does, load }] of Object.entries(commands)) {
    const { flags, words } = await load();
    all.push({ name, does, flags, words });
  }
  all.push({ name: "help", does: "lists the flags of a command", flags: {}, words: Object.keys(commands) });
  process.stdout.write(scripts[shell as keyof typeof scripts](all));
  return 0;
}
