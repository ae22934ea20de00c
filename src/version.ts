declare const HOPSCOPE_VERSION: string | undefined

/** Set by the bundler; `dev` when run from source. */
export const version: string = typeof HOPSCOPE_VERSION === 'undefined' ? 'dev' : HOPSCOPE_VERSION
