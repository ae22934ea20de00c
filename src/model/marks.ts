import * as v from 'valibot'
import { withoutLabels } from '../phrases.ts'

/*
 * What each text of the model is. A schema is built from these alone, so that a text without a mark does not compile;
 * writing takes secrets out by the mark, and anonymising replaces names by it (`src/snapshot/redact.ts`,
 * `src/snapshot/anonymize.ts`). There is no mark for "leave it as it is".
 */
export type Mark =
  /** Of an object, a port, a class, a volume; a label's key or value. */
  | 'name'
  /** A name in DNS: two spellings are one. */
  | 'host'
  /** An IP address or a range of them, with or without a port; else a host. */
  | 'address'
  /** `registry.example/team/app:1.2`. */
  | 'image'
  | 'url'
  /** Of a URL: `/cart`. */
  | 'path'
  /** A word that Kubernetes or a program chose: `CrashLoopBackOff`, `ReplicaSet`. */
  | 'word'
  /** Of a kernel, a program, a file's writer. */
  | 'version'
  /** `http-get :80/ready`. */
  | 'check'
  /** Where something stands in an object: `spec.rules[0].host`. */
  | 'spot'
  /** Hexadecimal. */
  | 'hash'
  | 'time'
  /** A name of several words, as a certificate bears: `Acme Root CA`. */
  | 'title'
  /** A sentence of hopscope's own: names stand among words, and others' words between quotation marks. */
  | 'text'
  /** A sentence of anybody's: an answer has it between quotation marks or behind a bar (`told`, `shown`). */
  | 'said'
  /** Lines of a configuration file, whose first word is a directive. */
  | 'file'
  | 'corefile'

/** What a value looks like, as far as its texts go. */
export type Shape =
  /** No text. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'one-of'; readonly words: ReadonlySet<string> }
  | { readonly kind: 'text'; readonly mark: Mark }
  /** A command line: one word tells what the next one is. */
  | { readonly kind: 'arguments' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly keys: Mark; readonly of: Shape }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape>> }

export interface Marked {
  readonly shape: Shape
}

/** A schema that yields the model's type, each text of it marked. */
export type Schema<T> = v.GenericSchema<unknown, T> & Marked

type Part = v.GenericSchema & Marked
type Entries = v.ObjectEntries & Readonly<Record<string, Marked>>
type Labels = Readonly<Record<string, string>>

const plain: Shape = { kind: 'plain' }

function marked<S extends object>(schema: S, shape: Shape): S & Marked {
  return Object.assign(schema, { shape })
}

/** The compiler says so before; this says it of what got past it by a cast. */
function shapeOf(part: Marked): Shape {
  const { shape } = part as Partial<Marked>
  if (shape === undefined) throw new Error('a text without a mark')
  return shape
}

export const number = marked(v.number(), plain)
export const flag = marked(v.boolean(), plain)

export function oneOf<const W extends readonly string[]>(words: W): v.PicklistSchema<W, undefined> & Marked {
  return marked(v.picklist(words), { kind: 'one-of', words: new Set(words) })
}

export function just<const W extends string | number | boolean>(word: W): v.LiteralSchema<W, undefined> & Marked {
  return marked(v.literal(word), typeof word === 'string' ? { kind: 'one-of', words: new Set([word]) } : plain)
}

export function nullable<const S extends Part>(of: S): v.NullableSchema<S, undefined> & Marked {
  return marked(v.nullable(of), shapeOf(of))
}

export function maybe<const S extends Part>(of: S): v.ExactOptionalSchema<S, undefined> & Marked {
  return marked(v.exactOptional(of), shapeOf(of))
}

/** Absent in files of an older writer, which did not look. */
export function listOrNone<const S extends Part>(of: S): v.OptionalSchema<v.ArraySchema<S, undefined>, []> & Marked {
  return marked(v.optional(v.array(of), []), { kind: 'list', of: shapeOf(of) })
}

export function list<const S extends Part>(of: S): v.ArraySchema<S, undefined> & Marked {
  return marked(v.array(of), { kind: 'list', of: shapeOf(of) })
}

/** A list of which one copy is kept where many are alike. */
export function listThrough<const S extends Part>(
  of: S,
  keep: <T extends object>(value: T) => T,
): Schema<v.InferOutput<S>[]> {
  return marked(
    v.pipe(
      v.array(of),
      v.transform((it) => keep(it)),
    ),
    { kind: 'list', of: shapeOf(of) },
  )
}

export function either<const S extends readonly Part[]>(of: S): v.UnionSchema<S, undefined> & Marked {
  return marked(v.union(of), merged(of.map(shapeOf)))
}

export function object<const E extends Entries>(entries: E): v.ObjectSchema<E, undefined> & Marked {
  const fields = Object.fromEntries(Object.entries(entries).map(([field, of]) => [field, shapeOf(of)]))
  return marked(v.object(entries), { kind: 'object', fields })
}

export function variant<const K extends string, const O extends v.VariantOptions<K> & readonly Marked[]>(
  by: K,
  options: O,
): v.VariantSchema<K, O, undefined> & Marked {
  return marked(v.variant<K, O>(by, options), merged(options.map(shapeOf)))
}

export function known<const S extends Part>(value: S) {
  return variant('known', [object({ known: just(true), value }), object({ known: just(false), why })])
}

/** Answers with a code, in how many: keys that a program chose. */
export function counts() {
  return marked(v.record(v.string(), v.number()), { kind: 'map', keys: 'word', of: plain })
}

/** Not v.record, which leaves out keys like `constructor`: a label may be called so. */
function isLabels(value: unknown): value is Labels {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((it) => typeof it === 'string')
  )
}

export function labelsThrough(keep: (labels: Labels) => Labels): Schema<Labels> {
  const schema = v.pipe(v.custom<Labels>(isLabels, 'labels are not a map of text'), v.transform(keep))
  return marked(schema, { kind: 'map', keys: 'name', of: { kind: 'text', mark: 'name' } })
}

/** Two schemas for one value: what they say of its texts is the same, or the schema can't be built. */
function merged(shapes: readonly Shape[]): Shape {
  return shapes.reduce(both, plain)
}

function both(a: Shape, b: Shape): Shape {
  if (a.kind === 'plain') return b
  if (b.kind === 'plain') return a
  if (a.kind === 'one-of' && b.kind === 'one-of') return { kind: 'one-of', words: new Set([...a.words, ...b.words]) }
  if (a.kind === 'text' && b.kind === 'text' && a.mark === b.mark) return a
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', of: both(a.of, b.of) }
  if (a.kind === 'object' && b.kind === 'object') {
    const fields = { ...a.fields }
    for (const [field, shape] of Object.entries(b.fields)) {
      const there = Object.hasOwn(fields, field) ? fields[field] : undefined
      fields[field] = there === undefined ? shape : both(there, shape)
    }
    return { kind: 'object', fields }
  }
  throw new Error(`one value has two marks: ${JSON.stringify(a)} and ${JSON.stringify(b)}`)
}

export type Text = v.GenericSchema<unknown, string> & Marked

/** A text of each kind; `text` makes the schema below, which may bound the length or keep one copy of what repeats. */
export function texts(text: () => v.GenericSchema<unknown, string> = () => v.string()) {
  const of = (mark: Mark): Text => marked(text(), { kind: 'text', mark })
  // A file says of a sentence that it is hopscope's: it begins no line as hopscope does.
  const own: Text = marked(v.pipe(text(), v.transform(withoutLabels)), { kind: 'text', mark: 'text' })
  return {
    name: of('name'),
    host: of('host'),
    address: of('address'),
    image: of('image'),
    url: of('url'),
    path: of('path'),
    word: of('word'),
    version: of('version'),
    check: of('check'),
    spot: of('spot'),
    hash: of('hash'),
    time: of('time'),
    title: of('title'),
    text: own,
    said: of('said'),
    file: of('file'),
    corefile: of('corefile'),
    args: marked(v.array(text()), { kind: 'arguments' }),
  }
}

export type Texts = ReturnType<typeof texts>

export const why = object({
  reason: oneOf(['forbidden', 'not-asked', 'not-there', 'timed-out', 'cut-off', 'failed']),
  detail: texts().text,
})

/** With every field there, however deep. */
type Whole<T> = T extends readonly (infer I)[]
  ? readonly Whole<I>[]
  : T extends object
    ? { readonly [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T

/**
 * The schema of exactly this type. One that lacks a field which the type lets be absent does not compile: it would be
 * lost on the way through a file.
 */
export function exactly<T>() {
  return <S extends Schema<T>>(
    schema: S,
    ..._lacks: Whole<v.InferOutput<S>> extends Whole<T> ? [] : ['the schema lacks a field']
  ): Schema<T> => schema
}
