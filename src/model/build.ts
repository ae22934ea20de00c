import { type Known, unknown } from './known.ts'
import { type Model, type Scope, type SourceName, type Sources, sourceLevel, sourceNames } from './sources.ts'

export const everything: Scope = { namespace: null, target: { kind: 'everything' }, level: 'read' }

/** A model from the sources at hand; each absent one is unknown because it was not asked for. */
export function model(
  sources: { readonly [K in SourceName]?: Known<Sources[K]> },
  about: Partial<Omit<Model, 'sources'>> = {},
): Model {
  const missing = Object.fromEntries(
    sourceNames.map((name) => [name, unknown('not-asked', `needs ${flagFor(name)}`)]),
  ) as unknown as Model['sources']
  return {
    scope: about.scope ?? everything,
    cluster: about.cluster ?? { context: 'unnamed', version: 'unknown', tool: 'unknown' },
    sources: { ...missing, ...sources },
  }
}

function flagFor(name: SourceName): string {
  return { node: '--node-access', probe: '--probe', read: 'a read of the cluster' }[sourceLevel[name]]
}
