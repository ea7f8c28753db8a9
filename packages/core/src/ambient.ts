// What the types of these packages need of the world, for a project whose `lib` is ES2022 and that has neither the
// DOM's types nor Node's. Where they are, this adds nothing to them. `Disposable` comes by a reference to its lib
// (see tsup.config.ts).
declare global {
  interface AbortSignal {}
}

export {};
