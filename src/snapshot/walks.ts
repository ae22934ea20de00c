import { why } from '../model/marks.ts'
import type { SourceName } from '../model/sources.ts'
import { createIntern } from '../wire/intern.ts'
import { cluster, scope, sourceSchemas } from './schema.ts'
import { type Changes, type Walk, walk } from './walk.ts'

/** The same changes for everything that a model holds. Of list sources an item. */
export interface Walks {
  readonly cluster: Walk
  readonly scope: Walk
  readonly why: Walk
  readonly sources: Readonly<Record<SourceName, Walk>>
}

export function walksOf(changes: Changes): Walks {
  const schemas = Object.entries(sourceSchemas(createIntern({ room: Infinity })))
  return {
    cluster: walk(cluster.shape, changes),
    scope: walk(scope.shape, changes),
    why: walk(why.shape, changes),
    // The entries are those of the schemas, so every source is among them.
    sources: Object.fromEntries(
      schemas.map(([source, { shape }]) => [source, walk(shape, changes)]),
    ) as Walks['sources'],
  }
}
