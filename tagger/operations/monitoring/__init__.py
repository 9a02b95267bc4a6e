"""What machines ask: does it live, can it work, how much does it do."""
