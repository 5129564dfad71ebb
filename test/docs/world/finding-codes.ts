import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../fixtures/command.js';

/** Rooms that make no findings: codes there are those of statuses, frames and demos. */
const OTHER_ROOMS = /\/src\/(?:mesh|cli|wire|call|inputs\/(?!cluster\/))/;

/** What the sources say of codes. */
interface Codes {
  codes: Set<string>;
  /** Files in which a code is handed on as any string: it has to have been made elsewhere. */
  handedOnIn: Set<string>;
}

/**
 * Codes of findings, reasons and early ends: every value that the property `code` of an object literal can
 * have by its type.
 */
export function codesOfSources(): Codes {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(ROOT, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => undefined,
    },
  )!;
  const files = config.fileNames.filter(
    (file) => file.includes('/src/') && !OTHER_ROOMS.test(file),
  );
  const program = ts.createProgram(files, { ...config.options, noEmit: true });
  const checker = program.getTypeChecker();
  const codes = new Set<string>();
  const handedOnIn = new Set<string>();
  const look = (node: ts.Node): void => {
    const type = typeOfCode(node, checker);
    for (const one of type === null ? [] : type.isUnion() ? type.types : [type]) {
      // Errors of Node.js and of the library have codes in capitals.
      if (one.isStringLiteral() && /^[a-z]/.test(one.value)) codes.add(one.value);
      if ((one.flags & ts.TypeFlags.String) !== 0)
        handedOnIn.add(path.relative(path.join(ROOT, 'src'), node.getSourceFile().fileName));
    }
    ts.forEachChild(node, look);
  };
  for (const file of files) look(program.getSourceFile(file)!);
  return { codes, handedOnIn };
}

function typeOfCode(node: ts.Node, checker: ts.TypeChecker): ts.Type | null {
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') {
    return checker.getTypeAtLocation(node.initializer);
  }
  if (!ts.isShorthandPropertyAssignment(node) || node.name.text !== 'code') return null;
  const symbol = checker.getShorthandAssignmentValueSymbol(node);
  return symbol === undefined ? null : checker.getTypeOfSymbol(symbol);
}
