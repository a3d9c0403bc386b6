/**
 * The AI SDK, both ways: its models as providers, providers as its models, layers as its middleware. By shape: nothing of
 * it is imported.
 *
 * @module
 */
export * from "./from-ai-sdk.ts";
export * from "./language-model.ts";
export * from "./middleware.ts";
export * from "./to-ai-sdk.ts";
