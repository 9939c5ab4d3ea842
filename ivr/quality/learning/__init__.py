"""What reviewers say was misunderstood, and how the line learns from it."""
