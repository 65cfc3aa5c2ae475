/** `helmholtz/web`: all of `helmholtz`, and sessions on ONNX Runtime in a web page. */

export * from "./index.ts";
export { type WebDevice, type WebRuntimeOptions, webRuntime, webThreads } from "./runtime/onnxruntime-web.ts";
