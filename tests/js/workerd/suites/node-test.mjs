// `node:test` in workerd: keeps the tests by their names.

export const tests = new Map();
const groups = [];

export function describe(name, register) {
  groups.push(name);
  register();
  groups.pop();
}

export function test(name, ...given) {
  tests.set([...groups, name].join(" > "), given.at(-1));
}
