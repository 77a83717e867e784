import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { projectFolder } from '../support/project-folder.js';

/** A message that the code logs. */
export interface LogMessage {
  readonly message: string;
  readonly levels: readonly string[];
  /** The names of its fields, as far as the code spells them out. */
  readonly fields: readonly string[];
}

const levels = new Set(['debug', 'info', 'warn', 'error']);
/** What `errorFields` gives, among them `code` and `details`. */
const errorFieldsName = 'error';

interface Found {
  readonly message: ts.Expression;
  readonly level: string;
  readonly fields: ts.Expression | undefined;
}

/** All messages that the library and the service log, by their text. Fails where a message is no constant. */
export async function logMessages(): Promise<readonly LogMessage[]> {
  const found = new Map<string, { levels: Set<string>; fields: Set<string> }>();
  for (const folder of ['lib', 'service']) {
    for (const file of await sourcesOf(folder)) {
      for (const { message, level, fields } of callsIn(file)) {
        for (const text of textsOf(message)) {
          const entry = found.get(text) ?? { levels: new Set(), fields: new Set() };
          found.set(text, entry);
          entry.levels.add(level);
          for (const name of fields === undefined ? [] : namesIn(fields)) entry.fields.add(name);
        }
      }
    }
  }
  return [...found]
    .map(([message, entry]) => ({ message, levels: [...entry.levels].sort(), fields: [...entry.fields] }))
    .sort((one, other) => (one.message < other.message ? -1 : 1));
}

async function sourcesOf(folder: string): Promise<readonly ts.SourceFile[]> {
  const root = new URL(`${folder}/`, projectFolder());
  const names = await readdir(fileURLToPath(root), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts')).sort();
  return Promise.all(
    sources.map(async (name) => {
      const text = await readFile(new URL(name, root), 'utf8');
      return ts.createSourceFile(`${folder}/${name}`, text, ts.ScriptTarget.Latest, true);
    }),
  );
}

function callsIn(file: ts.SourceFile): readonly Found[] {
  return nodesIn(file).flatMap((node): readonly Found[] => {
    if (ts.isObjectLiteralExpression(node)) return lineIn(node);
    if (!ts.isCallExpression(node)) return [];
    const [first, second, third] = node.arguments;
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee) && levels.has(callee.name.text)) {
      const isLogger = /(^|\.)logger$/i.test(callee.expression.getText());
      return isLogger && first !== undefined && !isHandedOn(first)
        ? [{ message: first, level: callee.name.text, fields: second }]
        : [];
    }
    // Of the logger itself: what it tells of its own.
    if (!/(^|\.)tell$/.test(callee.getText()) || second === undefined || !ts.isStringLiteral(second)) return [];
    const level = first !== undefined && ts.isStringLiteral(first) ? first.text : 'that of the line';
    return [{ message: second, level, fields: third }];
  });
}

/** Whether a logger hands on what it is given, to another one. */
function isHandedOn(message: ts.Expression): boolean {
  const method = ts.findAncestor(message, ts.isMethodDeclaration);
  const isLevel = method !== undefined && levels.has(method.name.getText());
  return isLevel && method.parameters.some((parameter) => parameter.name.getText() === message.getText());
}

/** A line that is spelled out as a value. */
function lineIn(node: ts.ObjectLiteralExpression): readonly Found[] {
  const values = new Map(
    node.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) ? [[property.name.getText(), property.initializer] as const] : [],
    ),
  );
  const [level, message] = [values.get('level'), values.get('message')];
  if (level === undefined || message === undefined || !ts.isStringLiteral(level) || !ts.isStringLiteral(message))
    return [];
  return [{ message, level: level.text, fields: values.get('fields') }];
}

function nodesIn(root: ts.Node): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return nodes;
}

function textsOf(expression: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression)) return [expression.whenTrue, expression.whenFalse].flatMap(textsOf);
  if (ts.isIdentifier(expression)) {
    const values = valuesOf(expression);
    if (values.length > 0) return values.flatMap(textsOf);
  }
  const place = expression.getSourceFile();
  const { line } = place.getLineAndCharacterOfPosition(expression.getStart());
  throw new Error(`${place.fileName}:${line + 1}: the message is no constant: ${expression.getText()}`);
}

/** What a name stands for: a constant of the file, or what the calls of its function give it. */
function valuesOf(name: ts.Identifier): readonly ts.Expression[] {
  const nodes = nodesIn(name.getSourceFile());
  const constants = nodes.filter(ts.isVariableDeclaration).filter((one) => one.name.getText() === name.text);
  const nearest = constants.filter((one) => isAround(one.parent.parent.parent, name)).at(-1);
  if (nearest?.initializer !== undefined) return [nearest.initializer];
  for (let node: ts.Node = name; !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isArrowFunction(node) || !ts.isVariableDeclaration(node.parent)) continue;
    const index = node.parameters.findIndex((parameter) => parameter.name.getText() === name.text);
    const called = node.parent.name.getText();
    if (index === -1) continue;
    return nodes
      .filter(ts.isCallExpression)
      .filter((call) => call.expression.getText() === called)
      .flatMap((call) => call.arguments[index] ?? []);
  }
  return [];
}

function isAround(outer: ts.Node, inner: ts.Node): boolean {
  return outer.getStart() <= inner.getStart() && inner.getEnd() <= outer.getEnd();
}

function namesIn(fields: ts.Expression): readonly string[] {
  if (ts.isParenthesizedExpression(fields)) return namesIn(fields.expression);
  if (ts.isConditionalExpression(fields)) return [fields.whenTrue, fields.whenFalse].flatMap(namesIn);
  if (ts.isCallExpression(fields)) return fields.expression.getText() === 'errorFields' ? [errorFieldsName] : [];
  if (ts.isIdentifier(fields)) return valuesOf(fields).flatMap(namesIn);
  if (!ts.isObjectLiteralExpression(fields)) return [];
  return fields.properties.flatMap((property) =>
    ts.isSpreadAssignment(property) ? namesIn(property.expression) : [property.name.getText()],
  );
}
