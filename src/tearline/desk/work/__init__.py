"""Long work: started by somebody, done by a worker process, left and found again."""
