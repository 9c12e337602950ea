call d3ls#Define('toml')
