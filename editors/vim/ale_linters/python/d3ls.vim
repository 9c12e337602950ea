call d3ls#Define('python')
