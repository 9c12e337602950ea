export async function withoutProgram() { return { passed: [], failed: [] }; }
