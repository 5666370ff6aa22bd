"""What `blinkenlights.Machine` is made of."""
