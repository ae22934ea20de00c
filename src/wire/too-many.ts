/** An object holds more than is read: its list is cut off then, for what is left out reads as what is not there. */
export class TooMany extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'TooMany'
  }
}
