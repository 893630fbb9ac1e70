"""Review by staff: kept answers, gaps in the documents, and trying a change before it goes live."""
