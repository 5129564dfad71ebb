/**
 * The fields that an API has below one of its own, by name; `*` is any name. Lists are as their items.
 * `null`: it holds no fields, or any.
 */
export interface KnownFields {
  readonly [name: string]: KnownFields | null;
}
