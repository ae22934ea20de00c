import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * What is inside the bundle, as CycloneDX JSON (ECMA-424, https://cyclonedx.org/docs/1.6/json/). `npm sbom` does not
 * know: bundled packages are no dependencies of the package, and most development ones are not in it. So it is the
 * bundler's own list of files that is asked, and the lock file for what they are.
 */

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly license?: string
}

export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>
}

export interface Component {
  readonly type: 'application' | 'library'
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses: readonly { readonly license: Readonly<Record<string, unknown>> }[]
  readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[]
}

export interface Sbom {
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly version: 1
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/** The folders of packages that files come from: of nested ones the innermost. */
export function packagesOf(files: readonly string[]): readonly string[] {
  const folders = files.flatMap((it) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(it.replaceAll('\\', '/'))?.[0] ?? [])
  const fromRoot = folders.map((it) => it.slice(it.indexOf('node_modules/')))
  return [...new Set(fromRoot)].toSorted()
}

/** No time and no serial number stand in it: the same bundle has the same bytes. */
export function sbom(
  files: readonly string[],
  lock: Lock,
  own: { readonly name: string; readonly version: string; readonly license: string },
  root: string,
): Sbom {
  const components = packagesOf(files).map((folder) => component(folder, lock, root))
  const self = { ...named(own.name, own.version, own.license, null), type: 'application' as const }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: self },
    components,
    dependencies: [{ ref: self['bom-ref'], dependsOn: components.map((it) => it['bom-ref']) }],
  }
}

function component(folder: string, lock: Lock, root: string): Component {
  const { version, integrity, license } = lock.packages[folder] ?? {}
  if (version === undefined || integrity === undefined || license === undefined)
    throw new Error(`package-lock.json does not say version, integrity and license of ${folder}, which is bundled`)
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
  return {
    ...named(name, version, license, licenseText(join(root, folder))),
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }],
  }
}

function named(name: string, version: string, license: string, text: string | null): Omit<Component, 'hashes'> {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    licenses: [{ license: text === null ? { id: license } : { id: license, text: { content: text } } }],
  }
}

/** MIT and ISC ask that their notice goes with every copy, and the bundle has no room for comments. */
function licenseText(folder: string): string | null {
  const file = readdirSync(folder).find((it) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(it))
  return file === undefined ? null : readFileSync(join(folder, file), 'utf8')
}
