import { defineConfig } from "vite";

// Names without hashes: the page puts the file's own checksum behind its address (web/pages.py).
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/foramen/web/static/built",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 4000,
    reportCompressedSize: false,
    rollupOptions: {
      input: { app: "src/app.ts", images: "src/images.ts" },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
