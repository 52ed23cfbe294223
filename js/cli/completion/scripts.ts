// The scripts, each from the same table of commands and flags.

import type { FlagTable } from "../connection/flags.ts";

/** A command as a shell completes it. */
export interface Completed {
  name: string;
  does: string;
  flags: FlagTable;
  /** What stands for its arguments; undefined: files. */
  words: readonly string[] | undefined;
}

/** Flags before a command. */
const GENERAL = ["--help", "--version"];

export function bash(commands: Completed[]): string {
  const values = commands.flatMap(({ name, flags }) => {
    const taking = Object.entries(flags).filter(([, { type }]) => type === "string");
    const known = taking.filter(([, { choices }]) => choices !== undefined).map(([flag, { choices = [] }]) => `    ${quoted(`${name} --${flag}`)}) words=${quoted(choices.join(" "))} ;;`);
    const others = taking.filter(([, { choices }]) => choices === undefined).map(([flag]) => quoted(`${name} --${flag}`));
    return others.length > 0 ? [...known, `    ${others.join("|")}) return ;;`] : known;
  });
  const rest = commands.map(({ name, flags, words = [] }) => `      ${quoted(name)}) flags=${quoted(Object.keys(flags).map((flag) => `--${flag}`).join(" "))} words=${quoted(words.join(" "))} ;;`);
  return `# Completion of smpp-edge for bash.
_smpp_edge() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} flags= words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quoted([...commands.map(({ name }) => name), ...GENERAL].join(" "))} -- "$current"))
    return
  fi
  # --flag=value comes as three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case "$command $previous" in
${values.join("\n")}
    *)
      case $command in
${rest.map((line) => `  ${line}`).join("\n")}
      esac
      if [[ $current == -* ]]; then
        words=$flags
      fi
      ;;
  esac
  # Without words bash takes the names of files.
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _smpp_edge smpp-edge
`;
}

export function zsh(commands: Completed[]): string {
  const described = commands.map(({ name, does }) => `${name}:${does.replaceAll(":", "\\:")}`);
  const cases = commands.map(({ name, flags, words }) => {
    const specs = Object.entries(flags).map(([flag, { type, multiple, choices }]) => {
      const value = type === "boolean" ? "" : choices === undefined ? `=:${flag}:_files` : `=:${flag}:(${choices.join(" ")})`;
      return `${multiple === true ? "*" : ""}--${flag}${value}`;
    });
    const rest = words === undefined ? "*:file:_files" : `1:${name}:(${words.join(" ")})`;
    return `    ${name})\n${[...specs, rest].map((spec) => `      specs+=(${quoted(spec)})`).join("\n")}\n      ;;`;
  });
  return `#compdef smpp-edge
# Completion of smpp-edge for zsh.
_smpp_edge() {
  local -a commands specs
  if (( CURRENT == 2 )); then
    commands=(
${described.map((one) => `      ${quoted(one)}`).join("\n")}
    )
    _describe command commands
    compadd -- ${GENERAL.join(" ")}
    return
  fi
  case $words[2] in
${cases.join("\n")}
    *)
      return 1
      ;;
  esac
  shift words
  (( CURRENT-- ))
  _arguments $specs
}
if [[ $funcstack[1] == _smpp_edge ]]; then
  _smpp_edge "$@"
else
  compdef _smpp_edge smpp-edge
fi
`;
}

export function fish(commands: Completed[]): string {
  const lines = [
    "# Completion of smpp-edge for fish.",
    "function __smpp_edge_is_first",
    "  test (count (commandline -opc)) -eq 1",
    "end",
    // By its place: another command's name may be an argument.
    "function __smpp_edge_is",
    "  set -l words (commandline -opc)",
    "  contains -- $argv[1] $words[2]",
    "end",
    "complete -c smpp-edge -e",
    "complete -c smpp-edge -f",
  ];
  for (const general of GENERAL) lines.push(`complete -c smpp-edge -n __smpp_edge_is_first -l ${general.slice(2)}`);
  for (const { name, does } of commands) lines.push(`complete -c smpp-edge -n __smpp_edge_is_first -a ${name} -d ${fishQuoted(does)}`);
  for (const { name, flags, words } of commands) {
    const start = `complete -c smpp-edge -n ${fishQuoted(`__smpp_edge_is ${name}`)}`;
    for (const [flag, { type, choices }] of Object.entries(flags)) {
      const value = type === "boolean" ? "" : choices === undefined ? " -r -F" : ` -x -a ${fishQuoted(choices.join(" "))}`;
      lines.push(`${start} -l ${flag}${value}`);
    }
    lines.push(words === undefined ? `${start} -F` : `${start} -a ${fishQuoted(words.join(" "))}`);
  }
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
