/** As the files are named: `windows`, `x64`. */
export interface Platform {
  readonly os: 'linux' | 'darwin' | 'windows'
  readonly arch: 'x64' | 'arm64'
  /** What the program is called in the archive. */
  readonly bin: string
}

export function platformOf(target: string): Platform {
  const [, os, arch] = /^(linux|darwin|windows)-(x64|arm64)$/.exec(target) ?? []
  if (os === undefined || arch === undefined)
    throw new Error(`there is no target ${target}: linux, darwin or windows, then -x64 or -arm64`)
  return { os, arch, bin: os === 'windows' ? 'hopscope.exe' : 'hopscope' } as Platform
}

interface Filled {
  readonly version: string
  /** Where the archives can be fetched, without their names. */
  readonly downloads: string
  readonly archives: readonly { readonly platform: Platform; readonly file: string; readonly sha256: string }[]
}

/** deploy/krew.yaml with its places filled in; what stands behind `platforms:` once for each archive. */
export function krewManifest(template: string, { version, downloads, archives }: Filled): string {
  const [head = '', each] = template.split(/(?<=^ {2}platforms:\n)/m)
  if (each === undefined) throw new Error('deploy/krew.yaml has no line `  platforms:`')
  const lines = head.split('\n').filter((it) => !it.startsWith('#'))
  const listed = archives.map(({ platform: { os, arch, bin }, file, sha256 }) =>
    filled(each, {
      os,
      arch: arch === 'x64' ? 'amd64' : arch,
      uri: `${downloads.replace(/\/$/, '')}/${file}`,
      sha256,
      bin,
    }),
  )
  return `${filled(lines.join('\n'), { version })}${listed.join('')}`
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`deploy/krew.yaml: nothing is known of {{${name}}}`)
    return value
  })
}
