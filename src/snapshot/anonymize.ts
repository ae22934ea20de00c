import { createHash } from 'node:crypto'
import { editDistance } from '../closest.ts'
import { gatewayWords } from '../model/gateway-words.ts'
import type { Known } from '../model/known.ts'
import type { Mark } from '../model/marks.ts'
import { type Model, type SourceName, sourceNames } from '../model/sources.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { mapCorefile } from '../wire/redact-corefile.ts'
import { sha512 } from '../wire/sha512.ts'
import { type Aliases, type Manner, createAliases } from './aliases.ts'
import { isCommon, vocabulary } from './vocabulary.ts'
import type { Changes } from './walk.ts'
import { type Walks, walksOf } from './walks.ts'

/**
 * The model with every name, host and address replaced, each by the same stand-in wherever it stands: selectors still
 * select, backends still name their Services, a network still holds its addresses. Ports, counts and what every cluster
 * has (`kube-system`, `cluster.local`, `app.kubernetes.io/name`) stay. Same model, same stand-ins. What becomes of a
 * text its mark says; in sentences names that stand elsewhere, addresses and whatever looks like a host are replaced.
 */
export function anonymize(model: Model): Model {
  const aliases = createAliases(templateHashes(model))
  const rewriting = changes(aliases)
  // Names first: a sentence may hold one that a later object brings.
  through(model, walksOf(rewriting))
  aliases.learned()
  // Walks again: they keep what became of labels, which were only read so far.
  return through(model, walksOf(rewriting))
}

/** A ReplicaSet is named `<deployment>-<hash>`: that its pods are the Deployment's is read off it. */
function templateHashes({ sources: { pods, clusterDns } }: Model): ReadonlySet<string> {
  const all = [...(pods.known ? pods.value : []), ...(clusterDns.known ? clusterDns.value.pods : [])]
  return new Set(all.flatMap((it) => it.labels['pod-template-hash'] ?? []))
}

function through(model: Model, walks: Walks): Model {
  const one = (source: SourceName): Known<unknown> => {
    const state: Known<unknown> = model.sources[source]
    // A walk changes texts alone, so that a reason stays one.
    if (!state.known) return { known: false, why: walks.why(state.why) as typeof state.why }
    const walk = walks.sources[source]
    return { known: true, value: Array.isArray(state.value) ? state.value.map(walk) : walk(state.value) }
  }
  return {
    cluster: walks.cluster(model.cluster),
    scope: walks.scope(model.scope),
    sources: Object.fromEntries(sourceNames.map((source) => [source, one(source)])),
    // Each value has the shape that its schema says, and that is the model's.
  } as Model
}

/** How a text is rewritten. Marks of whose words a part stays have a rule of their own below. */
const manners: Readonly<Record<Exclude<Mark, 'hash' | 'time' | 'file' | 'corefile' | 'word'>, Manner>> = {
  name: 'name',
  host: 'name',
  address: 'name',
  image: 'name',
  path: 'name',
  url: 'words',
  version: 'words',
  check: 'words',
  spot: 'words',
  title: 'words',
  text: 'sentence',
  said: 'sentence',
}

/** Names in DNS are compared without case. */
const withoutCase: ReadonlySet<Mark> = new Set(['host', 'address', 'url'])

function changes(aliases: Aliases): Changes {
  /** What a server says that it runs, by the text that it is the hash of. */
  const hashes = new Map<string, string>()
  const inWords = (text: string): string => aliases.rewrite(text, 'words')

  function corefile(text: string): string {
    const made = mapCorefile(text, ({ text: piece, place }) => {
      if (place === 'brace' || piece === '#') return piece
      return place === 'first' && isDirective(piece)
        ? piece
        : inWords(piece.toLowerCase() === piece ? piece : lowerHosts(piece))
    })
    const [before, after] = [corefileVersionText(text, 'none'), corefileVersionText(made, 'none')]
    if (before !== null && after !== null) hashes.set(sha512(before), sha512(after))
    return made
  }

  return {
    text: (text, mark) => {
      switch (mark) {
        case 'hash':
          return /^[0-9a-f]+$/.test(text) ? (hashes.get(text) ?? anotherHash(text)) : inWords(text)
        case 'word':
          // Of an API's own, by which checks go: whole, so that a namespace called `gateway` changes no group.
          return gatewayWords.has(text) ? text : inWords(text)
        case 'time':
          return time.test(text) ? text : inWords(text)
        case 'file':
          return text.replace(/^([^\S\n]*[a-z]+(?=[\s:]))?([^\n]*)/gm, (_, first: string | undefined, rest: string) =>
            first !== undefined && isCommon(first.trim()) ? first + inWords(rest) : inWords(`${first ?? ''}${rest}`),
          )
        case 'corefile':
          return corefile(text)
        default:
          return text === 'None'
            ? text
            : aliases.rewrite(withoutCase.has(mark) ? text.toLowerCase() : text, manners[mark])
      }
    },
    args: (args) => args.map(inWords),
  }
}

/** As a certificate has it, and as JSON does. */
const time = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT|\d{4}-\d\d-\d\dT[\d:.]{5,15}Z)$/

/** A plugin or a property, or a slip of one: what it was meant to be is what a check tells. */
function isDirective(word: string): boolean {
  return isCommon(word) || (/^[a-z_]{4,20}$/.test(word) && vocabulary.some((it) => nearly(word, it)))
}

function nearly(word: string, meant: string): boolean {
  return meant.length > 3 && Math.abs(meant.length - word.length) < 3 && editDistance(word, meant) < 3
}

function lowerHosts(piece: string): string {
  return piece.includes('.') ? piece.toLowerCase() : piece
}

function anotherHash(text: string): string {
  return createHash('sha512').update(text).digest('hex').slice(0, text.length)
}
