/**
 * OpenTelemetry: spans and measurements by its conventions for generative AI.
 *
 * @module
 */
export * from "./telemetry.ts";
