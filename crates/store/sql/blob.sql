select bytes from blobs where digest = $1
