/**
 * Fails when a regular expression of a package or an app can take more than linear time: most of them meet text that
 * others write. `recheck` searches each one for an attack.
 */
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

process.env['RECHECK_BACKEND'] = 'pure'; // in this process, without Java or a native program
const { checkSync } = await import('recheck');

/** Expressions that are built at run time, by the text of their source, and why they are linear or meet no foreign text. */
const BUILT: Readonly<Record<string, string>> = {
  "new RegExp(given.source, given.flags.replace(/[gy]/g, ''))": "a user's own option",
  'new RegExp(`^/containers/([^/]+)/${name}$`)': 'a route of the fake engine, from a constant',
  'new RegExp(pattern)': 'a filter as the fake engine takes it, in tests',
  'new RegExp(`^${how} \\\\d+$`)': 'a name in a bench, from a constant',
};

interface Expression {
  readonly text: string;
  readonly at: string;
}

const literals: Expression[] = [];
const problems: string[] = [];

for (const file of globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts', 'scripts/*.ts'])) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const at = () => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) literals.push({ text: node.text, at: at() });
    const isBuilt = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (isBuilt && node.expression.getText() === 'RegExp' && !Object.hasOwn(BUILT, node.getText()))
      problems.push(`${at()}: ${node.getText()} is built at run time: list it in ${import.meta.filename}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

for (const { text, at } of literals) {
  const end = text.lastIndexOf('/');
  const pattern = text.slice(1, end);
  const flags = text.slice(end + 1);
  if (isOneCharacter(pattern, flags)) continue;
  const { status, complexity } = checkSync(pattern, flags, { timeout: 60_000 });
  if (status !== 'safe')
    problems.push(`${at}: ${text} is ${status}: ${complexity?.summary ?? 'not understood'}`);
  else if (process.argv.includes('--list')) console.log(`${at}: ${text} is ${complexity.summary}`);
}

/** A set of characters is linear by itself. Those of the flag `v` are unknown to `recheck`. */
function isOneCharacter(pattern: string, flags: string): boolean {
  return flags.includes('v') && /^\[[^+*?{}]*\]$/.test(pattern.replace(/\\[pPu]\{?\w+\}?/g, ''));
}

console.log(`${literals.length} regular expressions, ${problems.length} that may be slow`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
