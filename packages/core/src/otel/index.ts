/**
 * OpenTelemetry: spans and measurements by its conventions for generative AI.
 *
 * @module
 */
export { telemetry, type TelemetryOptions } from "./telemetry.ts";
export * from "./traced-tools.ts";
