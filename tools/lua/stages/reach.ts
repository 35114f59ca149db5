import ts from "typescript";
import type { Declaration } from "../declaration.js";
import type { Sources } from "../sources.js";

/** A place in a declaration that stands for another one. */
export interface Reference {
  readonly node: ts.Node;
  readonly target: Declaration;
}

/** Declarations with all they refer to, what is needed first. */
export type Reached = ReadonlyMap<Declaration, readonly Reference[]>;

/** First stage: everything the roots need, directly or not. */
export function reach(sources: Sources, roots: Iterable<Declaration>): Reached {
  const reached = new Map<Declaration, readonly Reference[]>();
  const visit = (declaration: Declaration) => {
    if (reached.has(declaration)) return;
    const references = referencesOf(sources, declaration);
    reached.set(declaration, references);
    for (const { target } of references) visit(target);
    reached.delete(declaration); // a map keeps the order of insertion: behind what it needs
    reached.set(declaration, references);
  };
  for (const declaration of roots) visit(declaration);
  return reached;
}

function referencesOf(sources: Sources, declaration: Declaration): readonly Reference[] {
  const references: Reference[] = [];
  const visit = (node: ts.Node) => {
    const target = sources.methodOf(node) ?? (ts.isIdentifier(node) ? sources.declarationOf(node) : undefined);
    if (target !== undefined) references.push({ node, target });
    else ts.forEachChild(node, visit);
  };
  visit(declaration);
  return references;
}
