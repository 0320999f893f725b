"""Photos: decoded apart, redrawn without metadata, stored by content, swept when nobody refers to them."""
