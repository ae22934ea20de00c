declare const HOPSCOPE_VERSION: string | undefined
declare const HOPSCOPE_COMMIT: string | null | undefined

/** Set by the bundler; `dev` when run from source. */
export const version: string = typeof HOPSCOPE_VERSION === 'undefined' ? 'dev' : HOPSCOPE_VERSION

/** Of the sources that were bundled; null where they are no checkout of git, or not bundled. */
export const commit: string | null = typeof HOPSCOPE_COMMIT === 'undefined' ? null : HOPSCOPE_COMMIT
