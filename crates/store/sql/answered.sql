select answer from deliveries where source = $1 and id = $2
