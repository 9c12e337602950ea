call d3ls#Define('json')
